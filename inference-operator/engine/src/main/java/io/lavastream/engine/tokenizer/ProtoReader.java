package io.lavastream.engine.tokenizer;

import io.lavastream.engine.CheckpointException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks the fields of one protocol buffer message in order. Every length is checked against the bytes that
 * are there before anything is taken from it.
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final String name;
    private final ByteBuffer content;
    private int field;
    private int wireType;

    ProtoReader(String name, byte[] content) {
        this(name, ByteBuffer.wrap(content));
    }

    private ProtoReader(String name, ByteBuffer content) {
        this.name = name;
        this.content = content.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Moves to the next field, whose value is then to be taken or skipped; false at the end. */
    boolean next() {
        if (!content.hasRemaining()) {
            return false;
        }
        long key = varint();
        field = (int) (key >>> 3);
        wireType = (int) (key & 7);
        return true;
    }

    int field() {
        return field;
    }

    int int32() {
        expect(VARINT);
        return (int) varint();
    }

    boolean bool() {
        expect(VARINT);
        return varint() != 0;
    }

    float float32() {
        expect(FIXED32);
        try {
            return content.getFloat();
        } catch (BufferUnderflowException e) {
            throw truncated(e);
        }
    }

    String string() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    ProtoReader message() {
        return new ProtoReader(name, bytes());
    }

    void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(8);
            case BYTES -> bytes();
            case FIXED32 -> advance(4);
            default -> throw malformed("wire type " + wireType, "0, 1, 2 or 5");
        }
    }

    private ByteBuffer bytes() {
        expect(BYTES);
        long length = varint();
        if (length < 0 || length > content.remaining()) {
            throw malformed(
                    "%d bytes of content".formatted(length),
                    "at most the %d that remain".formatted(content.remaining()));
        }
        return advance((int) length);
    }

    private ByteBuffer advance(int length) {
        if (length > content.remaining()) {
            throw truncated(null);
        }
        ByteBuffer slice = content.slice(content.position(), length);
        content.position(content.position() + length);
        return slice;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!content.hasRemaining()) {
                throw truncated(null);
            }
            byte next = content.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number of more than 10 bytes", "at most 10");
    }

    private void expect(int expected) {
        if (wireType != expected) {
            throw malformed("field %d has wire type %d".formatted(field, wireType), "" + expected);
        }
    }

    private CheckpointException malformed(String found, String expected) {
        return new CheckpointException(
                "%s: malformed near byte %d: %s (expected: %s)"
                        .formatted(name, content.position(), found, expected));
    }

    private CheckpointException truncated(Throwable cause) {
        return new CheckpointException(
                "%s: ends within a field (expected: a complete SentencePiece model)"
                        .formatted(name),
                cause);
    }
}
