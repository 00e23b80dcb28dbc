"""The Autobahn test suite, every case of it that is about servers, against ours."""
