"""How often a text is in a file, of which only what is no hole is read: find-in-sparse.py TEXT FILE"""
import os
import sys

wanted, path = os.fsencode(sys.argv[1]), sys.argv[2]
count = at = 0
with open(path, 'rb') as file:
    end = os.fstat(file.fileno()).st_size
    while at < end:
        try:
            start = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:  # ENXIO: no more data.
            break
        at = os.lseek(file.fileno(), start, os.SEEK_HOLE)
        # Zeros lie between two extents, and none in the text.
        count += os.pread(file.fileno(), at - start, start).count(wanted)
print(count)
