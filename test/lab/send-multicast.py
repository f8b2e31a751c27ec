"""send-multicast.py GROUP,TTL,SOURCE … - sends each a packet every 50 ms, until killed. With an interface for IPv6: GROUP%INTERFACE."""
import socket, sys, time

senders = []
for group, ttl, source in (argument.split(',') for argument in sys.argv[1:]):
    if ':' in group:
        address, _, interface = group.partition('%')
        one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, int(ttl))
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex(interface))
    else:
        address = group
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, int(ttl))
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
    one.bind((source, 0))
    senders.append((one, address))

while True:
    for one, address in senders:
        one.sendto(b'x', (address, 5000))
    time.sleep(0.05)
