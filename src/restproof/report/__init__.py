"""From a run file to what people and machines read: HTML, JUnit, Markdown, JSON and the closing lines of a terminal."""
