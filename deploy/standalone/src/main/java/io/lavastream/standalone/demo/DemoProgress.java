package io.lavastream.standalone.demo;

import io.lavastream.standalone.Progress;

/** Passes results on and counts them for whoever waits. */
public final class DemoProgress implements DemoReport {
    private final DemoReport report;
    private final Progress.Step step;
    private final int total;
    private int done;

    public DemoProgress(DemoReport report, Progress.Step step, int total) {
        this.report = report;
        this.step = step;
        this.total = total;
    }

    @Override
    public void begin() {
        report.begin();
    }

    @Override
    public void result(DemoResult result) {
        report.result(result);
        step.note("%d of %d".formatted(++done, total));
    }
}
