package io.lavastream.kernels;

/** What {@link CacheCode} is told. */
final class CacheCall extends CodeCall {
    // Offsets, in bytes. Fields that are distances are in bytes, too.
    /** Address of the pages' addresses: of those that are read, and of one more. */
    static final int PLACES = 0;

    /** How many pages are read. */
    static final int PAGES = 8;

    /** How many rows of each. */
    static final int COUNT = 16;

    /** How many times as many heads as there are streams. */
    static final int TIMES = 24;

    /** From a head's rows to those of the next. */
    static final int HEAD = 32;

    /** Address of the numbers of the first page's first head. */
    static final int NUMBERS = 40;

    /** From a head's numbers to those of the next. */
    static final int NUMBERS_OF_HEAD = 48;

    /** From a page's numbers to those of the next. */
    static final int NUMBERS_OF_PAGE = 56;

    /** Address of the sums of the first page's first head. */
    static final int SUMS = 64;

    /** From a head's sums to those of the next. */
    static final int SUMS_OF_HEAD = 72;

    /** From a page's sums to those of the next; 0 where all pages are added up. */
    static final int SUMS_OF_PAGE = 80;

    /** Of no matter before. */
    static final int SUMS_NOW = 88;

    private static final int SIZE = 96;

    CacheCall() {
        super(SIZE);
    }
}
