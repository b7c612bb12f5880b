package io.lavastream.kernels;

/**
 * What is multiplied for some consecutive panels of a product's result: those, and of a second matrix, which lies behind the first one, as many.
 *
 * @param begin the first of them
 * @param panels how many of the result
 */
record Share(int begin, int panels, ProductOutput output) {
    /** How many are multiplied. */
    int count() {
        return panels * output.parts();
    }

    /** Which one of all is the {@code index}th. */
    int panel(int index) {
        return index < panels ? begin + index : begin + index - panels + output.panels();
    }
}
