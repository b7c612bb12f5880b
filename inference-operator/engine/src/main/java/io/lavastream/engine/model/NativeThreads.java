package io.lavastream.engine.model;

import java.util.function.Supplier;

/** Threads that a native library starts: Linux gives each the name of the thread that started it. */
final class NativeThreads {
    private static final String NAME = "lavastream-tensorflow";

    private NativeThreads() {}

    /** What {@code starter} makes; the threads that it starts on the way are known as TensorFlow's to whoever watches the process. */
    static <T> T named(Supplier<T> starter) {
        Thread thread = Thread.currentThread();
        String before = thread.getName();
        thread.setName(NAME);
        try {
            return starter.get();
        } finally {
            thread.setName(before);
        }
    }
}
