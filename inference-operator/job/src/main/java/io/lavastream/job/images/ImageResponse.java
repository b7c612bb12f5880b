package io.lavastream.job.images;

import io.lavastream.schemas.FailureCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.hc.client5.http.async.methods.AbstractBinResponseConsumer;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;

/** Receives one response, and gives up the connection as soon as it is of no use. Used by the client's thread. */
final class ImageResponse extends AbstractBinResponseConsumer<HttpResult> {
    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /** Of a redirect's body, which nobody reads; the connection is worth no more. */
    private static final int MOST_IGNORED_BYTES = 64 << 10;

    private final String host;
    private final ImageBytes image;
    private String location;
    private int ignored;

    ImageResponse(String host, int maxBytes) {
        this.host = host;
        image = new ImageBytes("host '%s'".formatted(host), maxBytes);
    }

    /** What an exchange ends with early. The client takes other exceptions for faults of its own. */
    static final class GivenUp extends IOException {
        private static final long serialVersionUID = 1L;

        GivenUp(ImageException reason) {
            super(reason);
        }
    }

    @Override
    protected void start(HttpResponse response, ContentType type) throws IOException {
        int status = response.getCode();
        Header target = response.getFirstHeader(HttpHeaders.LOCATION);
        if (REDIRECTS.contains(status) && target != null) {
            location = target.getValue();
            return;
        }
        if (status != OK) {
            boolean mayPass = status >= SERVER_ERROR || status == TOO_MANY_REQUESTS;
            throw new GivenUp(
                    new ImageException(
                            FailureCode.IMAGE_UNREACHABLE,
                            mayPass,
                            "host '%s' answered with status %d (expected: 200)"
                                    .formatted(host, status)));
        }
    }

    @Override
    protected int capacityIncrement() {
        return MOST_IGNORED_BYTES;
    }

    @Override
    protected void data(ByteBuffer bytes, boolean endOfStream) throws IOException {
        if (location != null) {
            ignore(bytes);
            return;
        }
        try {
            image.add(bytes);
        } catch (ImageException e) {
            throw new GivenUp(e);
        }
    }

    private void ignore(ByteBuffer bytes) throws IOException {
        ignored += bytes.remaining();
        bytes.position(bytes.limit());
        if (ignored > MOST_IGNORED_BYTES) {
            throw new GivenUp(
                    new ImageException(
                            FailureCode.IMAGE_UNREACHABLE,
                            false,
                            "host '%s' sends a redirect of more than %d bytes"
                                    .formatted(host, MOST_IGNORED_BYTES)));
        }
    }

    /** The client calls it where an exception would be taken for a fault of its own. */
    @Override
    protected HttpResult buildResult() {
        if (location != null) {
            return new HttpResult.Redirect(location);
        }
        try {
            return new HttpResult.Body(image.complete());
        } catch (ImageException e) {
            return new HttpResult.NoImage(e);
        }
    }

    @Override
    public void releaseResources() {
        // Nothing is held but memory.
    }
}
