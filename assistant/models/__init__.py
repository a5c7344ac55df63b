"""Settings -> embeddings and chat model: one provider per file, every file verified before it is used."""
