package io.lavastream.loadtests.hostile;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Bytes that no question can be read from, whatever is tried.
 *
 * @param questionId schema id of questions
 * @param otherId schema id of another record of ours
 * @param nestedId schema id of questions with an optional field of a later version whose type holds itself
 */
record BrokenAvro(int questionId, int otherId, int nestedId) {
    private static final int HEADER_BYTES = 5;
    private static final int DEEP = 200_000;

    /** One of each kind in turn. */
    byte[] of(int kind, byte[] soundQuestion, Seeded seeded) {
        return switch (Math.floorMod(kind, 12)) {
            case 0 -> seeded.bytes(seeded.between(0, 4));
            case 1 -> withFirstByte(soundQuestion, (byte) seeded.between(1, 127));
            case 2 -> withId(soundQuestion, seeded.between(100_000, Integer.MAX_VALUE));
            case 3 -> withId(soundQuestion, -seeded.between(1, Integer.MAX_VALUE));
            case 4 -> withId(soundQuestion, otherId);
            case 5 ->
                    Arrays.copyOf(
                            soundQuestion, seeded.between(HEADER_BYTES, soundQuestion.length - 1));
            case 6 -> body(questionId, avro -> avro.writeLong(Long.MAX_VALUE));
            case 7 -> body(questionId, avro -> avro.writeLong(-seeded.between(1, 1_000_000)));
            case 8 -> body(questionId, avro -> avro.writeLong(seeded.between(20 << 20, 1 << 30)));
            case 9 -> body(questionId, avro -> startedImages(avro, Long.MAX_VALUE));
            case 10 ->
                    body(
                            questionId,
                            avro -> {
                                startedImages(avro, 1);
                                avro.writeLong(seeded.between(2, 1_000)); // No such branch.
                            });
            default -> nested(DEEP);
        };
    }

    /** A question of a later version with a field that holds itself, {@code depth} times: skipping it goes as deep. */
    byte[] nested(int depth) {
        return body(
                nestedId,
                avro -> {
                    avro.writeString("nested");
                    for (int i = 0; i < depth; i++) {
                        avro.writeIndex(1);
                    }
                    avro.writeIndex(0);
                });
    }

    private static void startedImages(BinaryEncoder avro, long count) throws IOException {
        avro.writeString("many-images");
        avro.writeInt(1);
        avro.writeLong(count);
    }

    private static byte[] withFirstByte(byte[] bytes, byte first) {
        byte[] copy = bytes.clone();
        copy[0] = first;
        return copy;
    }

    private static byte[] withId(byte[] bytes, int id) {
        return body(id, avro -> avro.writeFixed(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES));
    }

    /** Writes what follows the schema id. */
    private interface Body {
        void writeTo(BinaryEncoder avro) throws IOException;
    }

    private static byte[] body(int id, Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream header = new DataOutputStream(bytes);
            header.writeByte(0);
            header.writeInt(id);
            BinaryEncoder avro = EncoderFactory.get().binaryEncoder(bytes, null);
            body.writeTo(avro);
            avro.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
