"""Ending a thread that does not end by itself."""

import subprocess
import sys

# A thread is interrupted while it sleeps; meanwhile another one is profiled, and a third spins.
PROGRAM = """
import cProfile, threading, time
from robot_cherrypy.harness.threads import interrupt

def spin():
    while True:
        pass

sleeping = threading.Thread(target=time.sleep, args=[3600], daemon=True)
spinning = threading.Thread(target=spin)
for thread in (sleeping, spinning):
    thread.start()
    interrupt(thread.ident)
profile = cProfile.Profile()
print(profile.runcall(lambda: "profiled"))
spinning.join()
print(sleeping.is_alive())
"""


def test_others_can_be_profiled_while_the_interrupted_thread_sleeps():
    """What is pending in one thread does not stop the others (Python 3.11 has one flag for all)."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=60
    )
    assert "profiled\nTrue\n" == done.stdout
