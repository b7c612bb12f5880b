package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.standalone.client.Reply;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gives each outcome to its phase. Safe for use by several threads. */
final class Phases {
    private final Map<String, Phase> byName = new ConcurrentHashMap<>();

    /** @throws IllegalArgumentException if there is one of that name */
    Phase begin(String name) {
        Phase phase = new Phase(name);
        if (byName.putIfAbsent(name, phase) != null) {
            throw new IllegalArgumentException("phase: %s again".formatted(name));
        }
        return phase;
    }

    /** Questions of all phases. */
    int asked() {
        return byName.values().stream().mapToInt(Phase::asked).sum();
    }

    void seen(Reply reply, long nowNanos) {
        Phase phase = byName.get(Phase.nameIn(reply.requestId()));
        if (phase != null) {
            phase.seen(reply.requestId(), failure(reply), nowNanos);
        }
    }

    private static String failure(Reply reply) {
        return reply instanceof Reply.Failed failed ? failed.failure().getCode().toString() : null;
    }
}
