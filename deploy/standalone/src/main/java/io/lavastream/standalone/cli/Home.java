package io.lavastream.standalone.cli;

import java.nio.file.Path;

/** The {@code deploy} directory, with the shipped model and scenes. The script names it by a system property. */
public final class Home {
    private static final String PROPERTY = "lavastream.home";

    private Home() {}

    public static Path model() {
        return directory().resolve("models").resolve("scenes-llava");
    }

    public static Path scenes() {
        return directory().resolve("scenes");
    }

    private static Path directory() {
        return Path.of(System.getProperty(PROPERTY, "deploy"));
    }
}
