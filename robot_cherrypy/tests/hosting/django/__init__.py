"""Tests of hosting Django projects."""
