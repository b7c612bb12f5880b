package io.lavastream.engine.model;

/**
 * Keys and values may no longer be those that the engine believes. An error, so that nobody goes on with that cache: what it holds of
 * other sequences would be wrong without a sign.
 */
public final class KvCacheError extends Error {
    private static final long serialVersionUID = 1L;

    KvCacheError(String message, Throwable cause) {
        super(message, cause);
    }
}
