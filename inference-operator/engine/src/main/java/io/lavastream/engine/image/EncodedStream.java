package io.lavastream.engine.image;

import java.nio.ByteBuffer;
import javax.imageio.stream.ImageInputStreamImpl;

/** A file in memory as Image I/O reads it, without a cache, that remembers whether more was wanted than there is. */
final class EncodedStream extends ImageInputStreamImpl {
    private final ByteBuffer file;
    private boolean exhausted;

    EncodedStream(ByteBuffer file) {
        this.file = file;
    }

    /** Whether the reader asked for bytes behind the end: the file is truncated. */
    boolean exhausted() {
        return exhausted;
    }

    @Override
    public int read() {
        bitOffset = 0;
        if (atEnd()) {
            return -1;
        }
        return file.get((int) streamPos++) & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        if (atEnd()) {
            return -1;
        }
        int count = (int) Math.min(length, file.limit() - streamPos);
        file.get((int) streamPos, target, offset, count);
        streamPos += count;
        return count;
    }

    @Override
    public long length() {
        return file.limit();
    }

    private boolean atEnd() {
        boolean end = streamPos >= file.limit();
        exhausted |= end;
        return end;
    }
}
