"""Tests of the sample applications."""
