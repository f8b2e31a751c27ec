"""search-devices.py PLAN - searches for devices in one network namespace, as a control point does, with devices in others, as JSON.

PLAN: {"from": [NETNS, SOURCE], "devices": {NETNS: PORT, …}, "ttl": 2, "says": "ssdp" | "ws-discovery", "group": G, "seconds": 1}. Each host has one card,
eth0. A device answers from PORT; 0: from any. Answer: {"heard": {NETNS: [SOURCE, TTL]}, "answers": [[SOURCE, PORT], …]}. All in one process: that two
programs start at the same time is nothing to rely on.
"""
import ctypes, json, os, select, socket, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
plan = json.loads(sys.argv[1])
group = plan.get("group", "239.255.255.250")
six = ":" in group
family = socket.AF_INET6 if six else socket.AF_INET
port, search = {
    "ssdp": (1900, b'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n'),
    "ws-discovery": (3702, b'<?xml version="1.0"?><Envelope><Body><Probe/></Body></Envelope>'),
}[plan.get("says", "ssdp")]


def enter(netns):
    handle = os.open("/run/netns/" + netns, os.O_RDONLY)
    if libc.setns(handle, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), netns)
    os.close(handle)
    return socket.if_nametoindex("eth0")


def device(netns, answer_from):
    card = enter(netns)
    one = socket.socket(family, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((group, port))
    if six:
        one.setsockopt(socket.IPPROTO_IPV6, 51, 1)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, group) + struct.pack("@i", card))
    else:
        one.setsockopt(socket.IPPROTO_IP, 12, 1)
        one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("@4s4si", socket.inet_aton(group), b"", card))
    answering = socket.socket(family, socket.SOCK_DGRAM)
    answering.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    answering.bind(("::" if six else "0.0.0.0", answer_from))
    return one, answering


def searcher(netns, source):
    card = enter(netns)
    one = socket.socket(family, socket.SOCK_DGRAM)
    if six:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, card)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, plan.get("ttl", 2))
    else:
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("@4s4si", b"", b"", card))
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, plan.get("ttl", 2))
    one.bind((source, 0))
    return one


devices = {netns: device(netns, answer_from) for netns, answer_from in plan["devices"].items()}
out = searcher(*plan["from"])
names = {listening: netns for netns, (listening, _) in devices.items()}
time.sleep(0.3)
heard, answers = {}, []
again = 0
end = time.time() + plan.get("seconds", 1)
while (left := end - time.time()) > 0:
    # UPnP Device Architecture 2.0 §1.3.2: UDP is lost, so it is said more than once.
    if time.time() > again:
        out.sendto(search, (group, port))
        again = time.time() + 0.4
    for one in select.select([*names, out], [], [], min(left, 0.1))[0]:
        data, extra, _, address = one.recvmsg(2048, 256)
        if one is out:
            answers.append(list(address[:2]))
            continue
        ttl = [struct.unpack("@i", value[:4])[0] for level, kind, value in extra if (level, kind) in ((0, 2), (41, 52))]
        heard[names[one]] = [address[0], ttl[0]]
        try:
            devices[names[one]][1].sendto(b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nEXT:\r\n\r\n", address[:2])
        except OSError:
            pass  # it does not know the way
print(json.dumps({"heard": heard, "answers": sorted([list(one) for one in {tuple(one) for one in answers}])}))
