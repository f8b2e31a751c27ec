"""join-and-leave.py INTERFACE GROUP ROUNDS - joins a group that is being sent and leaves it again, and looks at what arrives on the link itself.

Prints a line of JSON for each round: {"first": seconds from joining to the first packet, "last": seconds from leaving to the last one}. No packet
for three seconds is the end; null: none came within ten seconds, or they did not end within twenty.
"""
import json, socket, struct, sys, time

SILENCE = 3.0
interface, group, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
index = socket.if_nametoindex(interface)
# ETH_P_IP; not what this end sends.
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
link.bind((interface, 0x0800))
wanted = socket.inet_aton(group)


def arrival(until):
    """When the next UDP packet of the group arrives; None if none does until then."""
    while (left := until - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            packet, (_, _, kind, *_) = link.recvfrom(2048)
        except socket.timeout:
            return None
        if kind != socket.PACKET_OUTGOING and packet[9] == socket.IPPROTO_UDP and packet[16:20] == wanted:
            return time.monotonic()


def drain():
    link.setblocking(False)
    try:
        while True:
            link.recv(2048)
    except BlockingIOError:
        return


membership = wanted + struct.pack('@4si', b'', index)
for _ in range(rounds):
    member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    drain()
    joined = time.monotonic()
    member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    first = arrival(joined + 10)
    # Reports are sent twice, and a leave at once would be another thing.
    time.sleep(2)
    drain()
    left = last = time.monotonic()
    member.close()
    while (now := arrival(last + SILENCE)) is not None and now < left + 20:
        last = now
    print(json.dumps({'first': first and first - joined, 'last': last - left if now is None else None}), flush=True)
