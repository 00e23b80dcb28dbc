"""RFC 6455 and RFC 7692 without I/O: opening handshake, frames, compression, close codes."""
