package io.lavastream.job;

/** A request's attempt that has an outcome, written at {@code outcomeMillis}. Public for Flink, which stores it. */
public record AnsweredRequest(String requestId, int attempt, long outcomeMillis) {}
