package io.lavastream.loadtests.bench;

import io.lavastream.engine.image.PixelValues;
import io.lavastream.loadtests.bench.onnx.ExportedDecoder;
import io.lavastream.loadtests.bench.onnx.PeerModel;
import java.util.stream.IntStream;

/** Speeds are comparable where both compute the same: the largest differences of features and of logits. */
final class PeerComparison {
    private static final int ZEROS = 3;

    private final ModelUnderTest model;
    private final PeerModel peer;
    private final Report report;

    PeerComparison(ModelUnderTest model, PeerModel peer, Report report) {
        this.model = model;
        this.peer = peer;
        this.report = report;
    }

    /** Features of an image, logits behind a prompt of {@code positions} with it, and those of the next step. */
    void run(int positions) {
        PixelValues image = model.noise();
        float[] features = model.encodeImage(image);
        add("peer_difference_vision", features, peer.encodeImage(image.values()));
        Prompt prompt = model.prompt(positions, features);
        try (PeerModel.Batch batch = peer.batch(1)) {
            add(
                    "peer_difference_prefill",
                    model.prefill(prompt),
                    batch.prefill(prompt.tokens(), prompt.rows(), prompt.features()));
            add(
                    "peer_difference_decode",
                    model.logits(positions),
                    batch.logits(ModelUnderTest.tokens(1), positions));
        }
    }

    /** Logits of two steps, behind positions of zeros, of the peer in the two forms that it has. */
    void run(ExportedDecoder exported) {
        int[] token = ModelUnderTest.tokens(1);
        try (PeerModel.Batch built = peer.batch(1);
                ExportedDecoder.Batch batch = exported.batch(1, ZEROS)) {
            for (int position = ZEROS; position < ZEROS + 2; position++) {
                add("peer_difference_exported", built.logits(token, position), batch.logits(token));
            }
        }
    }

    private void add(String name, float[] ours, float[] peers) {
        report.add(Figure.of(name, largestDifference(ours, peers), "absolute"));
    }

    static double largestDifference(float[] ours, float[] peers) {
        if (ours.length != peers.length) {
            throw new IllegalStateException(
                    "%d values (expected: as many as the peer's %d)"
                            .formatted(ours.length, peers.length));
        }
        return IntStream.range(0, ours.length)
                .mapToDouble(i -> Math.abs(ours[i] - peers[i]))
                .max()
                .orElse(0);
    }
}
