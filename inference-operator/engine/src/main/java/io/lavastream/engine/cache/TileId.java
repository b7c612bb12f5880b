package io.lavastream.engine.cache;

import io.lavastream.engine.image.ImageDigest;

/** A tile of an image, whichever request brings it: {@code index} counts the tiles of that image. */
public record TileId(ImageDigest image, int index) {}
