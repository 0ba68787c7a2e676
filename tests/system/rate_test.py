#!/usr/bin/env python3
"""No more requests begin in any one second than the settings allow, tokens and retries included."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from city import City  # noqa: E402


class Rate(unittest.TestCase):
    # holds: write.rate
    def test_the_busiest_second_keeps_to_the_rate(self):
        with City(people=40, hours=400, shared=0.3, rate=20) as city:
            city.control("/fault", {"kind": "server_error", "status": 503, "side": "provincial", "method": "GET",
                                    "path": "/xs", "count": 2})
            self.assertEqual(city.once("--full").returncode, 0)
            for side, facts in city.control("/stats").items():
                self.assertLessEqual(facts["peak_per_second"], 20, side)
            self.assertGreater(city.control("/stats")["provincial"]["requests"], 40)


if __name__ == "__main__":
    unittest.main()
