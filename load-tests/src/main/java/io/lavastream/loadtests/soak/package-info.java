/** The engine under mixed load for a long time. */
package io.lavastream.loadtests.soak;
