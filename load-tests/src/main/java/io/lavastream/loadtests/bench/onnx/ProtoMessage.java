package io.lavastream.loadtests.bench.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A protocol buffers message, written field by field without generated classes. Not thread-safe. */
final class ProtoMessage {
    private final ByteString.Output bytes = ByteString.newOutput();
    private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

    ProtoMessage number(int field, long value) {
        return write(() -> out.writeInt64(field, value));
    }

    ProtoMessage real(int field, float value) {
        return write(() -> out.writeFloat(field, value));
    }

    ProtoMessage text(int field, String value) {
        return write(() -> out.writeString(field, value));
    }

    ProtoMessage bytes(int field, byte[] value) {
        return write(() -> out.writeByteArray(field, value));
    }

    ProtoMessage message(int field, ProtoMessage value) {
        return write(() -> out.writeBytes(field, value.content()));
    }

    byte[] toByteArray() {
        return content().toByteArray();
    }

    private ByteString content() {
        write(out::flush);
        return bytes.toByteString();
    }

    private ProtoMessage write(Write write) {
        try {
            write.run();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail to be written.
        }
    }

    private interface Write {
        void run() throws IOException;
    }
}
