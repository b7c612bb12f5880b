package io.lavastream.job.images;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Tells addresses of the public internet from those that reach into our own network, after the special-purpose
 * registries of RFC 6890. IPv4-mapped IPv6 addresses are IPv4 addresses to {@link InetAddress} already.
 */
final class PublicAddresses {
    /** 168.63.129.16, a public address that Azure answers inside each machine, with its metadata. */
    private static final byte[] AZURE_METADATA = {(byte) 168, 63, (byte) 129, 16};

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
        boolean documentation =
                (first == 192 && second == 0 && third == 2)
                        || (first == 198 && second == 51 && third == 100)
                        || (first == 203 && second == 0 && third == 113);
        boolean relay = first == 192 && second == 88 && third == 99;
        boolean benchmarking = first == 198 && (second == 18 || second == 19);
        boolean reserved = first >= 240;
        return !(thisNetwork
                || carrierNat
                || protocolAssignments
                || documentation
                || relay
                || benchmarking
                || reserved
                || Arrays.equals(bytes, AZURE_METADATA));
    }

    /** Global unicast is 2000::/3; what embeds an IPv4 address (6to4, Teredo) could hide a private one. */
    private static boolean isPublicV6(byte[] bytes) {
        int first = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
        int second = (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
        boolean globalUnicast = (first & 0xe000) == 0x2000;
        boolean sixToFour = first == 0x2002;
        // 2001::/23: Teredo, ORCHID, benchmarking.
        boolean protocolAssignments = first == 0x2001 && second < 0x0200;
        boolean documentation =
                (first == 0x2001 && second == 0x0db8) || (first == 0x3fff && second < 0x1000);
        return globalUnicast && !sixToFour && !protocolAssignments && !documentation;
    }
}
