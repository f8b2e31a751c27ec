"""probe-multicast.py PLAN - sends packets in one network namespace and tells what receivers in others saw, as JSON.

PLAN: {"group": G, "from": [NETNS, SOURCE], "to": [NETNS, …], "ttl": 8, "count": 5, "port": 0, "seconds": 0.6}. Each host has one card, eth0.
Answer: {NETNS: [[SOURCE, TTL, NUMBER], …]}. All in one process: that two programs start at the same time is nothing to rely on.
"""
import ctypes, json, os, select, socket, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
plan = json.loads(sys.argv[1])
group = plan["group"]
six = ":" in group


def enter(netns):
    handle = os.open("/run/netns/" + netns, os.O_RDONLY)
    if libc.setns(handle, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), netns)
    os.close(handle)
    return socket.if_nametoindex("eth0")


def receiver(netns):
    card = enter(netns)
    one = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((group, 5000))
    if six:
        one.setsockopt(socket.IPPROTO_IPV6, 51, 1)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, group) + struct.pack("@i", card))
    else:
        one.setsockopt(socket.IPPROTO_IP, 12, 1)
        one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("@4s4si", socket.inet_aton(group), b"", card))
    return one


def sender(netns, source):
    card = enter(netns)
    one = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    if six:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, card)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, plan.get("ttl", 8))
    else:
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", b"", card))
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, plan.get("ttl", 8))
    one.bind((source, plan.get("port", 0)))
    return one


receivers = {netns: receiver(netns) for netns in plan["to"]}
out = sender(*plan["from"])
time.sleep(0.2)
for number in range(plan.get("count", 5)):
    out.sendto(b"%d" % number, (group, 5000))
    time.sleep(0.02)
names = {one: netns for netns, one in receivers.items()}
seen = {netns: [] for netns in receivers}
end = time.time() + plan.get("seconds", 0.6)
while (left := end - time.time()) > 0:
    for one in select.select(list(names), [], [], left)[0]:
        data, extra, _, address = one.recvmsg(64, 256)
        ttl = [struct.unpack("@i", value[:4])[0] for level, kind, value in extra if (level, kind) in ((0, 2), (41, 52))]
        seen[names[one]].append([address[0], ttl[0], int(data)])
print(json.dumps(seen))
