package io.lavastream.standalone.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for work of other threads and shows its failure as if it had been done here. */
final class Futures {
    private Futures() {}

    static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** Lets {@code to} fail as {@code from} does. */
    static void failWith(CompletableFuture<?> from, CompletableFuture<?> to) {
        var unused =
                from.whenComplete(
                        (ended, failure) -> {
                            if (failure != null) {
                                to.completeExceptionally(failure);
                            }
                        });
    }

    /** Waits for both, whatever becomes of them; then throws the failure of the first, else of the second. */
    static void joinBoth(CompletableFuture<?> first, CompletableFuture<?> second) {
        try {
            join(first);
        } finally {
            // So that nothing is still starting while the caller stops what has started.
            second.exceptionally(failure -> null).join();
        }
        join(second);
    }
}
