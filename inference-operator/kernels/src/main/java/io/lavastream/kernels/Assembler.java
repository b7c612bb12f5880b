package io.lavastream.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes machine code for x86-64 with AVX-512, of the instructions that are needed here. Encoded as Intel's manual has it ("Software Developer's Manual", volume 2).
 *
 * <p>Registers are numbered as there: of integers {@link #RAX} and so on, of vectors 0 to 31 (zmm). Memory is a base register, not rsp or r12, and a distance in bytes.
 */
final class Assembler {
    static final int RAX = 0;
    static final int RCX = 1;
    static final int RDX = 2;
    static final int RBX = 3;
    static final int RBP = 5;
    static final int RSI = 6;
    static final int RDI = 7;
    static final int R8 = 8;
    static final int R9 = 9;
    static final int R10 = 10;
    static final int R11 = 11;
    static final int R12 = 12;
    static final int R13 = 13;
    static final int R14 = 14;
    static final int R15 = 15;

    private static final int LARGEST = 4096;

    // Maps of opcodes, and what stands for a prefix.
    private static final int MAP_0F = 1;
    private static final int MAP_0F38 = 2;
    private static final int NO_PREFIX = 0;
    private static final int PREFIX_66 = 1;

    private static final int BROADCAST = 1 << 4;

    private static final int REX = 0x40;
    private static final int REX_W = 0x48;

    private final ByteBuffer code = ByteBuffer.allocate(LARGEST).order(ByteOrder.LITTLE_ENDIAN);

    byte[] code() {
        byte[] all = new byte[code.position()];
        code.get(0, all);
        return all;
    }

    /** Where the next instruction will be. */
    int here() {
        return code.position();
    }

    Assembler bytes(int... bytes) {
        for (int value : bytes) {
            code.put((byte) value);
        }
        return this;
    }

    Assembler integer(int value) {
        code.putInt(value);
        return this;
    }

    void jumpIfNotZero(int target) {
        bytes(0x0f, 0x85).integer(target - code.position() - Integer.BYTES);
    }

    /** A jump ahead; where it has to be told its distance. */
    int jump(int... opcode) {
        bytes(opcode).integer(0);
        return code.position();
    }

    /** Here {@code jump} leads. */
    void land(int jump) {
        code.putInt(jump - Integer.BYTES, code.position() - jump);
    }

    /** {@code mov register, [base + at]}. */
    void load(int register, int base, int at) {
        integerMemory(0x8b, register, base, at);
    }

    /** {@code mov [base + at], register}. */
    void store(int register, int base, int at) {
        integerMemory(0x89, register, base, at);
    }

    /** {@code add register, [base + at]}. */
    void addFrom(int register, int base, int at) {
        integerMemory(0x03, register, base, at);
    }

    /** {@code add [base + at], value}. */
    void addTo(int base, int at, int value) {
        integerMemory(0x81, 0, base, at);
        integer(value);
    }

    /** {@code sub from, subtrahend}. */
    void subtract(int from, int subtrahend) {
        bytes(REX_W | subtrahend >> 3 << 2 | from >> 3);
        bytes(0x29, 0xc0 | (subtrahend & 7) << 3 | from & 7);
    }

    /** {@code mov to, from}. */
    void move(int to, int from) {
        bytes(REX_W | from >> 3 << 2 | to >> 3, 0x89, 0xc0 | (from & 7) << 3 | to & 7);
    }

    /** {@code add to, from}. */
    void addRegister(int to, int from) {
        bytes(REX_W | from >> 3 << 2 | to >> 3, 0x01, 0xc0 | (from & 7) << 3 | to & 7);
    }

    /** {@code add register, value}. */
    void add(int register, int value) {
        bytes(REX_W | register >> 3, 0x81, 0xc0 | register & 7).integer(value);
    }

    /** {@code dec register}, after which {@link #jumpIfNotZero} asks for it. */
    void decrement(int register) {
        bytes(REX_W | register >> 3, 0xff, 0xc8 | register & 7);
    }

    /** {@code dec qword [base + at]}, likewise. */
    void decrementAt(int base, int at) {
        integerMemory(0xff, 1, base, at);
    }

    /** {@code push register}. */
    void push(int register) {
        bytes(REX | register >> 3, 0x50 | register & 7);
    }

    /** {@code pop register}. */
    void pop(int register) {
        bytes(REX | register >> 3, 0x58 | register & 7);
    }

    /** {@code mov eax, value} and {@code vpbroadcastd zmm, eax}. */
    void broadcast(int vector, int value) {
        bytes(0xb8).integer(value);
        evex(MAP_0F38, PREFIX_66, 0x7c, vector, 0, RAX);
    }

    /** {@code prefetcht0 [base + at]}. */
    void prefetch(int base, int at) {
        bytes(REX | base >> 3, 0x0f, 0x18, 0x80 | 1 << 3 | base & 7).integer(at);
    }

    /** {@code prefetcht0 [base + index * scale + at]}, with a scale of 1 or 2. */
    void prefetch(int base, int index, int scale, int at) {
        bytes(REX | index >> 3 << 1 | base >> 3, 0x0f, 0x18, 0x80 | 1 << 3 | 4);
        bytes((scale - 1) << 6 | (index & 7) << 3 | base & 7).integer(at);
    }

    /** {@code vmovups zmm, [base + at]}. */
    void loadVector(int vector, int base, int at) {
        evexMemory(MAP_0F, NO_PREFIX, 0x10, vector, 0, base, at);
    }

    /** {@code vmovups [base + at], zmm}. */
    void storeVector(int vector, int base, int at) {
        evexMemory(MAP_0F, NO_PREFIX, 0x11, vector, 0, base, at);
    }

    /** {@code vbroadcastss zmm, [base + at]}. */
    void broadcastFrom(int vector, int base, int at) {
        evexMemory(MAP_0F38, PREFIX_66, 0x18, vector, 0, base, at);
    }

    /** {@code vpxord to, to, to}. */
    void zero(int to) {
        evex(MAP_0F, PREFIX_66, 0xef, to, to, to);
    }

    /** {@code vpandd to, a, b}. */
    void and(int to, int a, int b) {
        evex(MAP_0F, PREFIX_66, 0xdb, to, a, b);
    }

    /** {@code vpslld to, from, bits}. */
    void shiftLeft(int to, int from, int bits) {
        evex(MAP_0F, PREFIX_66, 0x72, 6, to, from);
        bytes(bits);
    }

    /** {@code vpsrad to, from, bits}. */
    void shiftRight(int to, int from, int bits) {
        evex(MAP_0F, PREFIX_66, 0x72, 4, to, from);
        bytes(bits);
    }

    /** {@code vfmadd231ps sum, a, b}. */
    void multiplyAndAdd(int sum, int a, int b) {
        evex(MAP_0F38, PREFIX_66, 0xb8, sum, a, b);
    }

    /** {@code vfmadd231ps sum, a, [base + at]}. */
    void multiplyAndAddFrom(int sum, int a, int base, int at) {
        evexMemory(MAP_0F38, PREFIX_66, 0xb8, sum, a, base, at);
    }

    /** {@code vfmadd231ps sum, a, [base + at]{1to16}}. */
    void multiplyAndAddNumber(int sum, int a, int base, int at) {
        evexPrefix(MAP_0F38, PREFIX_66, sum, a, base, BROADCAST);
        memory(0xb8, sum, base, at);
    }

    /** {@code test register, register} and a jump ahead if it is 0; where that has to be told its distance. */
    int jumpIfZero(int register) {
        bytes(REX_W | register >> 3 << 2 | register >> 3, 0x85);
        bytes(0xc0 | (register & 7) << 3 | register & 7);
        return jump(0x0f, 0x84);
    }

    /** {@code vzeroupper} and {@code ret}. */
    void leave() {
        bytes(0xc5, 0xf8, 0x77, 0xc3);
    }

    private void integerMemory(int opcode, int register, int base, int at) {
        bytes(REX_W | register >> 3 << 2 | base >> 3);
        memory(opcode, register, base, at);
    }

    private void evexMemory(
            int map, int prefix, int opcode, int register, int second, int base, int at) {
        evexPrefix(map, prefix, register, second, base, 0);
        memory(opcode, register, base, at);
    }

    private void memory(int opcode, int register, int base, int at) {
        bytes(opcode, 0x80 | (register & 7) << 3 | base & 7).integer(at);
    }

    private void evex(int map, int prefix, int opcode, int register, int second, int third) {
        evexPrefix(map, prefix, register, second, third, 0);
        bytes(opcode, 0xc0 | (register & 7) << 3 | third & 7);
    }

    /** Of 512 bits, without a mask; the upper bits of registers are kept inverted. */
    private void evexPrefix(
            int map, int prefix, int register, int second, int third, int broadcast) {
        int upper =
                (~register >> 3 & 1) << 7
                        | (~third >> 4 & 1) << 6
                        | (~third >> 3 & 1) << 5
                        | (~register >> 4 & 1) << 4;
        int middle = (~second & 15) << 3 | 1 << 2 | prefix;
        int length = 2 << 5 | broadcast | (~second >> 4 & 1) << 3;
        bytes(0x62, upper | map, middle, length);
    }
}
