package io.lavastream.standalone.cli;

import io.lavastream.engine.EngineConfig;
import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.job.images.UriPolicy;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of commands that run the service themselves. */
final class ServiceOptions {
    @Mixin private ModelOptions model;

    @Option(
            names = "--lanes",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "interactive,bulk",
            description = "Lanes, by priority. Default: ${DEFAULT-VALUE}.")
    private List<String> lanes;

    @Option(
            names = "--delivery",
            paramLabel = "MODE",
            defaultValue = "exactly-once",
            converter = DeliveryName.class,
            description =
                    "exactly-once, or at-least-once to save some milliseconds. Default: ${DEFAULT-VALUE}.")
    private Delivery delivery;

    @Mixin private EngineOptions engine;

    @Mixin private ImageHostOptions imageHosts;

    EngineConfig engine() {
        return engine.applyTo(model.config());
    }

    List<String> lanes() {
        return lanes;
    }

    Delivery delivery() {
        return delivery;
    }

    /** Which images may be fetched by their address. */
    UriPolicy uris() {
        return imageHosts.policy();
    }
}
