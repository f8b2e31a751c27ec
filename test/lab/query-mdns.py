"""query-mdns.py PLAN - asks by mDNS in one network namespace, as JSON.

PLAN: {"from": NETNS, "name": "_ipp._tcp.local", "record": 12, "how": "multicast" | "one-shot", "family": 4 | 6, "seconds": 3, "until": NAME}. The host has one card, eth0. one-shot is what
RFC 6762 §6.7 calls a legacy query, from any port, with the answer straight back; multicast is from port 5353, with the answer to the group.
Answer: {"names": [NAME, …], "from": [ADDRESS, …]}: where PTR records (12) of the name lead, or addresses it has (1); and who told of them.
"""
import ctypes, json, os, select, socket, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
plan = json.loads(sys.argv[1])
six = plan.get("family", 4) == 6
group = "ff02::fb" if six else "224.0.0.251"
handle = os.open("/run/netns/" + plan["from"], os.O_RDONLY)
if libc.setns(handle, 0x40000000) != 0:
    raise OSError(ctypes.get_errno(), plan["from"])
card = socket.if_nametoindex("eth0")

one = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
one.bind(("::" if six else "", 0 if plan["how"] == "one-shot" else 5353))
if six:
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, card)
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_LOOP, 0)
    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, group) + struct.pack("@i", card))
else:
    one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", b"", card))
    one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
    one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("@4s4si", socket.inet_aton(group), b"", card))

labels = plan["name"].split(".")
question = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
query = struct.pack(">HHHHHH", 0x1234 if plan["how"] == "one-shot" else 0, 0, 1, 0, 0, 0) + question + struct.pack(">HH", plan["record"], 1)


def name_at(data, at):
    """A name with its pointers followed, and where it ends (RFC 1035 §4.1.4)."""
    parts, end = [], None
    for _ in range(64):
        length = data[at]
        if length >= 0xC0:
            end = end or at + 2
            at = struct.unpack(">H", data[at:at + 2])[0] & 0x3FFF
        elif length == 0:
            return ".".join(parts), end or at + 1
        else:
            parts.append(data[at + 1:at + 1 + length].decode())
            at += 1 + length
    raise ValueError("a name without an end")


def answers(data):
    """What records of the name say."""
    _, flags, questions, *counts = struct.unpack(">HHHHHH", data[:12])
    at, found = 12, []
    if not flags & 0x8000:
        return found
    for _ in range(questions):
        at = name_at(data, at)[1] + 4
    for _ in range(sum(counts)):
        owner, at = name_at(data, at)
        kind, _, _, length = struct.unpack(">HHIH", data[at:at + 10])
        if kind == plan["record"] and owner == plan["name"]:
            found.append(name_at(data, at + 10)[0] if kind == 12 else socket.inet_ntoa(data[at + 10:at + 14]))
        at += 10 + length
    return found


names, tellers = set(), set()
again = 0
end = time.time() + plan.get("seconds", 3)
while (left := end - time.time()) > 0:
    if time.time() > again:
        one.sendto(query, (group, 5353))
        again = time.time() + 1
    if select.select([one], [], [], min(left, 0.2))[0]:
        data, address = one.recvfrom(9000)
        if told := answers(data):
            names.update(told)
            tellers.add(address[0].split("%")[0])
            end = end if plan.get("until", told[0]) not in told else 0
print(json.dumps({"names": sorted(names), "from": sorted(tellers)}))
