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
 */
public record ModelDescription(
        ModelIdentity identity,
        String templateOrigin,
        String imageModeOrigin,
        String visionTower,
        String device) {
    public ModelDescription {
        requireNonNull(identity, "identity");
        requireNonNull(templateOrigin, "templateOrigin");
        requireNonNull(imageModeOrigin, "imageModeOrigin");
        requireNonNull(visionTower, "visionTower");
        requireNonNull(device, "device");
    }

    /** One line for a person. */
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
