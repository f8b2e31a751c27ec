"""stay-a-member.py INTERFACE GROUP SECONDS - joins a group whose packets are numbered, and prints {"received": …, "lost": …} of those between the first and the last."""
import json, socket, struct, sys, time

interface, group, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
member.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
member.bind((group, 5000))
# Not what another interface of this machine joined for.
member.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + struct.pack('@4si', b'', socket.if_nametoindex(interface)))
numbers = []
until = time.monotonic() + seconds
while (left := until - time.monotonic()) > 0:
    member.settimeout(left)
    try:
        numbers.append(int(member.recv(64)))
    except socket.timeout:
        break
print(json.dumps({'received': len(numbers), 'lost': max(numbers) - min(numbers) + 1 - len(set(numbers)) if numbers else None}))
