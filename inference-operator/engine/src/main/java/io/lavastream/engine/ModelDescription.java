package io.lavastream.engine;

import static java.util.Objects.requireNonNull;

/**
 * What a model runs as and what decided so, for the person who starts it. Immutable.
 *
 * @param identity stands in every answer
 * @param templateOrigin what the conversation template follows from, in words
 * @param imageModeOrigin what the image mode follows from, in words
 * @param visionTower where the vision tower is, and why there, in words
 * @param device that computes, and why no GPU does, in words
 * @param slots how many sequences of what length run at once, how weights are kept, and what memory all takes, in words
 */
public record ModelDescription(
        ModelIdentity identity,
        String templateOrigin,
        String imageModeOrigin,
        String visionTower,
        String device,
        String slots) {
    public ModelDescription {
        requireNonNull(identity, "identity");
        requireNonNull(templateOrigin, "templateOrigin");
        requireNonNull(imageModeOrigin, "imageModeOrigin");
        requireNonNull(visionTower, "visionTower");
        requireNonNull(device, "device");
        requireNonNull(slots, "slots");
    }

    public ModelDescription withSlots(String words) {
        return new ModelDescription(
                identity, templateOrigin, imageModeOrigin, visionTower, device, words);
    }

    /** One line for a person; {@link #slots} is another. */
    @Override
    public String toString() {
        return "%s, revision %s; template %s (%s); image mode %s (%s); vision tower %s; device %s"
                .formatted(
                        identity.name(),
                        identity.revision(),
                        identity.template(),
                        templateOrigin,
                        identity.imageMode(),
                        imageModeOrigin,
                        visionTower,
                        device);
    }
}
