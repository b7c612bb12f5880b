package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.ModelRunner;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** The real engine on a real model that fails at every step in which one sequence has come far. */
public final class FaultyEngine {
    private FaultyEngine() {}

    /**
     * Opens it.
     *
     * @param fatalPosition a decode step fails where a sequence of it is at this position or behind
     * @param faults counts the steps that failed
     */
    public static InferenceEngine open(
            EngineConfig config, int fatalPosition, AtomicInteger faults) {
        ServedModel served = ServedModel.load(config, LoadProgress.NONE);
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    if (method.getName().equals("decode")
                            && isFatal((DecodeBatch) arguments[0], fatalPosition)) {
                        faults.incrementAndGet();
                        throw new IllegalStateException("failed on purpose");
                    }
                    try {
                        return method.invoke(served.runner(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                };
        ModelRunner faulty =
                (ModelRunner)
                        Proxy.newProxyInstance(
                                ModelRunner.class.getClassLoader(),
                                new Class<?>[] {ModelRunner.class},
                                handler);
        return new LlavaEngine(
                new ServedModel(
                        faulty,
                        served.plannedSlots(),
                        served.times(),
                        served.preparation(),
                        served.limit(),
                        served.description()),
                config,
                Clocks.system());
    }

    private static boolean isFatal(DecodeBatch batch, int fatalPosition) {
        return Arrays.stream(batch.positions()).anyMatch(position -> position >= fatalPosition);
    }
}
