"""send-at-rate.py SOURCE RATE PACKETS FIRST COUNT - sends packets to COUNT groups from FIRST on, in turn, at so many a second.

Prints {"seconds": …}. What falls due while others have the processor is sent when it is back, at no more than four times the rate: the rate is that of the whole.
"""
import ipaddress, json, socket, sys, time

source, rate, packets, first, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(ipaddress.ip_address(sys.argv[4])), int(sys.argv[5])
groups = [(str(ipaddress.ip_address(first + index)), 5000) for index in range(count)]
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 8)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(source))
out.bind((source, 0))

PAUSE = 0.005
most = max(1, int(4 * rate * PAUSE))

started = time.monotonic()
sent = 0
while sent < packets:
    due = min(packets, sent + most, int((time.monotonic() - started) * rate) + 1)
    for number in range(sent, due):
        out.sendto(b"%d" % number, groups[number % count])
    # Behind its time it pauses too: a router has to be given the processor.
    late = time.monotonic() - started - due / rate
    time.sleep(PAUSE if late > 0 and due - sent == most else max(0, -late))
    sent = due
print(json.dumps({"seconds": time.monotonic() - started}))
