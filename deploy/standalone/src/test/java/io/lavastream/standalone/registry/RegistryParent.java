package io.lavastream.standalone.registry;

import java.nio.file.Path;

/** A program that starts a registry, says so, and waits to be killed. Arguments: the data directory. */
public final class RegistryParent {
    private RegistryParent() {}

    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedRegistry registry =
                EmbeddedRegistry.start(RegistryHome.fromSystemProperty(), Path.of(arguments[0]), 0);
        System.out.println(registry.process().pid() + " " + registry.url());
        Thread.currentThread().join();
    }
}
