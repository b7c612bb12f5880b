package io.lavastream.standalone.demo;

/** Shows a demo while it runs. */
public interface DemoReport {
    /** Before the first result. */
    default void begin() {}

    void result(DemoResult result);
}
