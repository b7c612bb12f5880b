package io.lavastream.job;

/**
 * Bytes that are no request, and why. Public for Flink's serializer.
 *
 * @param record as it came
 * @param reason for the dead letter's header
 */
public record DeadLetter(ConsumedRecord record, String reason) {}
