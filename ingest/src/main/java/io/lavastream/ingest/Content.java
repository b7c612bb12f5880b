package io.lavastream.ingest;

import io.lavastream.schemas.Question;
import io.lavastream.schemas.Sha256;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.TreeMap;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;

/** Digests of what was sent. */
final class Content {
    private static final SpecificDatumWriter<Question> WRITER =
            new SpecificDatumWriter<>(
                    Question.getClassSchema(), SpecificData.getForClass(Question.class));

    private Content() {}

    /**
     * Digest of the decoded question, so that equal questions are equal whatever version of the schema, or order of
     * attributes, their senders' clients wrote. Image bytes are part of it and are not copied.
     */
    static Sha256 digest(Question question) {
        MessageDigest digest = sha256();
        BinaryEncoder encoder =
                EncoderFactory.get()
                        .directBinaryEncoder(
                                new DigestOutputStream(OutputStream.nullOutputStream(), digest),
                                null);
        try {
            WRITER.write(withSortedAttributes(question), encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Sha256(digest.digest());
    }

    /** Digest of the bytes between position and limit, which stay where they are. */
    static Sha256 digest(ByteBuffer bytes) {
        MessageDigest digest = sha256();
        digest.update(bytes.duplicate());
        return new Sha256(digest.digest());
    }

    private static Question withSortedAttributes(Question question) {
        return new Question(
                question.getRequestId(),
                question.getAttempt(),
                question.getImages(),
                question.getTurns(),
                question.getText(),
                question.getAnswerFormat(),
                question.getSampling(),
                question.getDeadline(),
                question.getTimeToLiveMs(),
                question.getModel(),
                new TreeMap<>(question.getAttributes()),
                question.getSystem());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
