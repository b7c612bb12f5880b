package io.lavastream.job;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.Outcome;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.api.functions.async.CollectionSupplier;
import org.apache.flink.streaming.api.functions.async.ResultFuture;

/** Takes what a request ends with. As Flink does, it lets only the first end count. */
final class RecordedResult implements ResultFuture<Outcome> {
    private final CompletableFuture<Collection<Outcome>> completed = new CompletableFuture<>();

    @Override
    public void complete(Collection<Outcome> outcomes) {
        completed.complete(outcomes);
    }

    @Override
    public void complete(CollectionSupplier<Outcome> supplier) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void completeExceptionally(Throwable failure) {
        completed.completeExceptionally(failure);
    }

    boolean isOpen() {
        return !completed.isDone();
    }

    Throwable failureOfTheJob() {
        return completed.handle((outcomes, failure) -> failure).join();
    }

    Collection<Outcome> outcomes() {
        return completed.orTimeout(10, TimeUnit.SECONDS).join();
    }

    Answer answer() {
        return (Answer) outcomes().iterator().next().getResult();
    }

    Failure failure() {
        return (Failure) outcomes().iterator().next().getResult();
    }
}
