"""receive-multicast.py INTERFACE GROUP … - joins the groups and prints the group of each packet that arrives, a line each, until killed."""
import select, socket, struct, sys

index = socket.if_nametoindex(sys.argv[1])
groups = {}
for group in sys.argv[2:]:
    if ':' in group:
        one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind((group, 5000))
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, group) + struct.pack('@i', index))
    else:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((group, 5000))
        one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + struct.pack('@4si', b'', index))
    groups[one] = group

while True:
    for one in select.select(list(groups), [], [])[0]:
        one.recv(2000)
        print(groups[one], flush=True)
