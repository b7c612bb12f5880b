package io.lavastream.job;

/** Where a lane's outcomes ended when a checkpoint was taken. Public for Flink's serializer, which stores it. */
public record OutcomeOffset(int partition, long offset) {}
