package io.lavastream.job.images;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Tells addresses of the public internet from those that reach into our own network, after the special-purpose
 * registries of RFC 6890. IPv4-mapped IPv6 addresses are IPv4 addresses to {@link InetAddress} already.
 */
final class PublicAddresses {
    private PublicAddresses() {}

    static boolean isPublic(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        int third = bytes[2] & 0xff;
        boolean thisNetwork = first == 0;
        boolean carrierNat = first == 100 && second >= 64 && second < 128;
        boolean protocolAssignments = first == 192 && second == 0 && third == 0;
        boolean benchmarking = first == 198 && (second == 18 || second == 19);
        boolean reserved = first >= 240;
        return !(thisNetwork || carrierNat || protocolAssignments || benchmarking || reserved);
    }

    /** Global unicast is 2000::/3; what embeds an IPv4 address (6to4, Teredo) could hide a private one. */
    private static boolean isPublicV6(byte[] bytes) {
        boolean globalUnicast = (bytes[0] & 0xe0) == 0x20;
        boolean sixToFour = bytes[0] == 0x20 && bytes[1] == 0x02;
        boolean teredo = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0;
        return globalUnicast && !sixToFour && !teredo;
    }
}
