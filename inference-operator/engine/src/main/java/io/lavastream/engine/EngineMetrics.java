package io.lavastream.engine;

/**
 * What an engine has done since it was opened, and what it does now. A snapshot: each number is right for itself, their sums
 * only while nothing moves.
 *
 * @param waiting requests accepted that have no slot yet, those being prepared included
 * @param running requests that hold a slot
 * @param visionRuns images, or tiles of images, that went through the vision tower
 * @param prefillTokens positions of prompts computed
 * @param decodeSteps steps of the decode batch
 * @param decodeTokens tokens made by those steps
 * @param prefixHits requests whose prompt began with one that a slot held, images the same
 * @param reusedTokens positions of prompts that were not computed for that
 * @param prefixCopies hits whose prefix was copied from another slot
 * @param prefixEvictions slots whose content was given up for another request
 * @param completed requests that were answered
 * @param cancelled requests that ended as {@link ErrorCode#CANCELLED}
 * @param expired requests that ended as {@link ErrorCode#DEADLINE_EXCEEDED}
 * @param refused requests that ended as {@link ErrorCode#OVERLOADED}
 * @param failed requests that ended with another error
 */
public record EngineMetrics(
        int waiting,
        int running,
        long visionRuns,
        long prefillTokens,
        long decodeSteps,
        long decodeTokens,
        long prefixHits,
        long reusedTokens,
        long prefixCopies,
        long prefixEvictions,
        long completed,
        long cancelled,
        long expired,
        long refused,
        long failed) {}
