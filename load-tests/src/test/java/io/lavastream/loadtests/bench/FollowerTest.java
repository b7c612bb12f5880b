package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelIdentity;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FollowerTest {
    private final Answering engine = new Answering();
    private final Follower follower = Follower.submit(engine, new Requests().of(List.of(), 1, 8));

    @Test
    void aGapThatIsNotOverCountsWithTheNextToken() {
        engine.listener.onText("a");
        long arrival = System.nanoTime();
        assertThat(follower.gapsSince(arrival)).isEmpty();
        CompletableFuture<Object> next = follower.next();
        assertThat(next).isNotDone();

        engine.listener.onText("b");

        assertThat(next).isCompleted();
        assertThat(follower.gapsSince(arrival)).hasSize(1);
        assertThat(follower.next()).isNotDone();
    }

    @Test
    void theEndIsWaitedForWhereNoTokenFollows() {
        engine.listener.onText("a");
        CompletableFuture<Object> next = follower.next();

        engine.result.cancel(false);

        assertThat(next).isCompletedExceptionally();
    }

    /** Answers when the test says so. */
    private static final class Answering implements InferenceEngine {
        final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
        GenerationListener listener;

        @Override
        public Generation submit(GenerationRequest request, GenerationListener asking) {
            listener = asking;
            return new Generation() {
                @Override
                public CompletableFuture<GenerationResult> result() {
                    return result;
                }

                @Override
                public void cancel() {
                    result.cancel(false);
                }
            };
        }

        @Override
        public ModelIdentity model() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int capacity() {
            return 1;
        }

        @Override
        public EngineMetrics metrics() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
