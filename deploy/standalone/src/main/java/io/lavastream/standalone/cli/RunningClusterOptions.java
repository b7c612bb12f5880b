package io.lavastream.standalone.cli;

import io.lavastream.standalone.client.Cluster;
import picocli.CommandLine.Mixin;

/** Where broker and registry are, for commands that start none. */
final class RunningClusterOptions {
    @Mixin private ClusterOptions options;

    Cluster cluster() {
        return options.cluster()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "bootstrap-servers, schema-registry-url: none (expected:"
                                                + " the addresses of the running service)"));
    }
}
