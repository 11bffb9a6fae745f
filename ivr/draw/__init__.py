"""A tree as a picture: boxes and arrows, then Graphviz or Mermaid text. Must not know files."""
