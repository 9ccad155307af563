//! The files of a model as the browser holds them: outside the page's memory, until a worker wants them.

use super::fetch;
use js_sys::ArrayBuffer;
use web_sys::Blob;

/// A model's file, and those beside it, in the order its card or whoever brought it names them.
#[derive(Clone, Debug)]
pub struct Files {
    /// The model file.
    pub model: Blob,
    /// Files that hold numbers of it.
    pub beside: Vec<Blob>,
}

impl From<Blob> for Files {
    fn from(model: Blob) -> Self {
        Self { model, beside: Vec::new() }
    }
}

impl Files {
    /// The bytes of all, as a worker takes them: the model first.
    pub async fn read(&self) -> Result<Vec<ArrayBuffer>, String> {
        let mut read = vec![fetch::file(&self.model).await?];
        for file in &self.beside {
            read.push(fetch::file(file).await?);
        }
        Ok(read)
    }

    /// A copy that does not go with what lies on the disk; none where the browser has no room for it.
    pub async fn copied(&self) -> Option<Self> {
        let copies: Option<Vec<Blob>> = self.read().await.ok()?.iter().map(fetch::blob).collect();
        let mut copies = copies?.into_iter();
        Some(Self { model: copies.next()?, beside: copies.collect() })
    }

    /// Bytes in all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.beside.iter().fold(self.model.size(), |sum, file| sum + file.size()) as u64
    }
}
