package io.lavastream.standalone.service;

import java.util.Locale;

/** A part of the service that a process may run. */
public enum Role {
    BROKER,
    REGISTRY,
    INGEST,
    JOB;

    /** As typed on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
